// The whole deployment: one resource group, one module for each family of resources.
targetScope = 'subscription'

@description('Name of the azd environment; names the resource group and, hashed, every resource.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region of every resource; it must offer Flex Consumption.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Application (client) id of the API app registration; infra/entra.py prints it.')
@minLength(36)
@maxLength(36)
param apiClientId string

@description('Microsoft Entra tenant that issues the accepted tokens.')
param tenantId string = tenant().tenantId

@description('Let requests without a bearer token pass App Service authentication, so that API keys work; the code still refuses requests with neither.')
param apiKeysEnabled bool = false

@description('Billing of Cosmos DB: by request (serverless), or by the hour up to a maximum (autoscale). This template can not change it afterwards.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'

@description('With autoscale, the maximum request units per second for all containers, in steps of 1,000; at least a tenth of it is billed.')
@minValue(1000)
param cosmosMaxThroughput int = 1000

@description('Let requests without a bearer token pass App Service authentication, so that browsers can load the customer card and the usage page; the code still requires a token for data.')
param pagesEnabled bool = false

@description('Sites that may embed the pages, separated by spaces; empty for none.')
param cardFrameAncestors string = ''

@description('Object id of the principal that writes snapshots (a pipeline, a group, a user); empty for none.')
param snapshotWriterId string = ''

@description('Spread the database over availability zones, if the region has them. It can not be enabled later in place.')
param cosmosZoneRedundant bool = false

@description('Allow access to the database and the storage only through a virtual network with private endpoints.')
param vnetEnabled bool = false

@description('Address range of the virtual network; it must not overlap with networks to be peered.')
param vnetAddressPrefix string = '10.71.0.0/16'

@description('Address range of the subnet for outbound traffic of the function app.')
param vnetApiPrefix string = '10.71.0.0/24'

@description('Address range of the subnet for the private endpoints.')
param vnetEndpointsPrefix string = '10.71.1.0/24'

@description('Maximum number of instances for each group of functions that scale together; Azure accepts 40 to 1,000, and for HTTP it is not a hard limit.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('Instances kept warm for HTTP requests; 0 costs nothing, but the first request after a pause is slow.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Retention of traces and metrics in days.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

var suffix = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { location: location, tags: tags, suffix: suffix }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { location: location, tags: tags, suffix: suffix, retentionDays: retentionDays }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    isPrivate: vnetEnabled
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    isZoneRedundant: cosmosZoneRedundant
    isPrivate: vnetEnabled
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    cosmosAccountId: cosmos.outputs.accountId
    storageAccountId: storage.outputs.accountId
    addressPrefix: vnetAddressPrefix
    apiPrefix: vnetApiPrefix
    endpointsPrefix: vnetEndpointsPrefix
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    suffix: suffix
    cosmosAccountName: cosmos.outputs.accountName
    cosmosDatabaseName: cosmos.outputs.databaseName
    storageAccountName: storage.outputs.accountName
    snapshotsContainerName: storage.outputs.snapshotsContainerName
    insightsName: monitoring.outputs.insightsName
    snapshotWriterId: snapshotWriterId
  }
}

module api 'modules/api.bicep' = {
  name: 'api'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    identityId: identity.outputs.identityId
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.accountName
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    snapshotsContainerUrl: storage.outputs.snapshotsContainerUrl
    cosmosEndpoint: cosmos.outputs.endpoint
    cosmosDatabaseName: cosmos.outputs.databaseName
    insightsName: monitoring.outputs.insightsName
    subnetId: network.?outputs.apiSubnetId ?? ''
    tenantId: tenantId
    apiClientId: apiClientId
    apiKeysEnabled: apiKeysEnabled
    pagesEnabled: pagesEnabled
    cardFrameAncestors: cardFrameAncestors
    maximumInstances: maximumInstances
    alwaysReadyInstances: alwaysReadyInstances
  }
  dependsOn: [roles] // the app needs them when it starts
}

@description('Resource group of all resources.')
output AZURE_RESOURCE_GROUP string = group.name

@description('URL of the API, for the connector and for callers.')
output API_URL string = api.outputs.url

@description('URL to write snapshots to: {url}/{instanceId}/{entityName}/.')
output SNAPSHOTS_URL string = storage.outputs.snapshotsContainerUrl

@description('Resource id of the virtual network, for peering; empty without one.')
output VNET_ID string = network.?outputs.networkId ?? ''
