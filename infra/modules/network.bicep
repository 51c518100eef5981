// The optional virtual network: a subnet for outbound traffic of the function app, one for private endpoints, and DNS.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Suffix that makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Address range of the network.')
param addressPrefix string = '10.71.0.0/16'

@description('Address range of the subnet for outbound traffic of the function app.')
param apiPrefix string = '10.71.0.0/24'

@description('Address range of the subnet for private endpoints.')
param endpointsPrefix string = '10.71.1.0/24'

@description('Resource id of the Cosmos DB account; empty for no endpoint.')
param cosmosAccountId string = ''

@description('Resource id of the storage account; empty for no endpoint.')
param storageAccountId string = ''

var endpoints = [
  { name: 'cosmos', service: cosmosAccountId, group: 'Sql', zone: 'privatelink.documents.azure.com' }
  { name: 'blob', service: storageAccountId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { name: 'queue', service: storageAccountId, group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { name: 'table', service: storageAccountId, group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
]

// The default rules of a group block all inbound traffic from the internet; no more rules are needed.
resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${suffix}'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'api'
        properties: {
          addressPrefix: apiPrefix
          networkSecurityGroup: { id: securityGroup.id }
          defaultOutboundAccess: true // token signing keys are fetched from the internet
          delegations: [{ name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          networkSecurityGroup: { id: securityGroup.id }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled' // otherwise the group does not apply to endpoints
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource apiSubnet 'subnets' existing = {
    name: 'api'
  }

  resource endpointsSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for each in endpoints: {
    name: each.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (each, i) in endpoints: {
    parent: zones[i]
    name: network.name
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

@batchSize(1) // the subnet accepts one change at a time
resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for each in endpoints: {
    name: 'pe-${each.name}-${suffix}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpointsSubnet.id }
      privateLinkServiceConnections: [
        { name: each.name, properties: { privateLinkServiceId: each.service, groupIds: [each.group] } }
      ]
    }
  }
]

@batchSize(1)
resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (each, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: each.name, properties: { privateDnsZoneId: zones[i].id } }]
    }
  }
]

@description('Resource id of the subnet for outbound traffic of the function app.')
output apiSubnetId string = network::apiSubnet.id

@description('Resource id of the network, for peering.')
output networkId string = network.id
