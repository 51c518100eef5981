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

@description('Microsoft Entra tenant whose tokens are taken.')
param tenantId string = tenant().tenantId

@description('Let requests without a bearer token through the outer wall, so that API keys work; the code still refuses whoever brings neither.')
param apiKeysEnabled bool = false

@description('How Cosmos DB is paid for: by request (serverless), or by the hour up to a maximum (autoscale). This template can not change it afterwards.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'

@description('With autoscale, the most request units a second the containers share, in steps of 1,000; a tenth of it is always paid for.')
@minValue(1000)
param cosmosMaxThroughput int = 1000

@description('Let requests without a bearer token through the outer wall, so that browsers can load the customer card and the usage page; the code still asks for a token before it gives data.')
param pagesEnabled bool = false

@description('Sites that may embed the pages, with spaces between; empty for none.')
param cardFrameAncestors string = ''

@description('Object id of whoever writes snapshots (a pipeline, a group, a person); empty for nobody.')
param snapshotWriterId string = ''

@description('Spread the database over availability zones, where the region has them. It can not be switched on later in place.')
param cosmosZoneRedundant bool = false

@description('Keep the database and the storage off the internet: a virtual network with private endpoints.')
param vnetEnabled bool = false

@description('Addresses of the virtual network; choose others than those of networks it is to be peered with.')
param vnetAddressPrefix string = '10.71.0.0/16'

@description('Addresses in the virtual network that the function app goes out by.')
param vnetApiPrefix string = '10.71.0.0/24'

@description('Addresses in the virtual network for the private endpoints.')
param vnetEndpointsPrefix string = '10.71.1.0/24'

@description('Most instances for each group of functions that scale together; the service takes 40 to 1,000, and for HTTP it is no hard limit.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('Instances kept warm for HTTP requests; 0 costs nothing, and lets the first request after a pause wait.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Days that traces and metrics are kept.')
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
  dependsOn: [roles] // the app signs in with them from its first second on
}

@description('Resource group that holds everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Address of the API, for the connector and for callers.')
output API_URL string = api.outputs.url

@description('Where snapshots are written: {url}/{instanceId}/{entityName}/.')
output SNAPSHOTS_URL string = storage.outputs.snapshotsContainerUrl

@description('Resource id of the virtual network, to peer it with others; empty without one.')
output VNET_ID string = network.?outputs.networkId ?? ''
