// The optional virtual network: a subnet the function app goes out by, one of private endpoints, and their names.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('What makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Addresses of the network.')
param addressPrefix string = '10.71.0.0/16'

@description('Addresses the function app goes out by.')
param apiPrefix string = '10.71.0.0/24'

@description('Addresses of the private endpoints.')
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

// The rules every group starts with let in nothing from the internet, and nothing needs more.
resource walls 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
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
          networkSecurityGroup: { id: walls.id }
          defaultOutboundAccess: true // the keys that tokens are signed with are fetched from the internet
          delegations: [{ name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          networkSecurityGroup: { id: walls.id }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled' // else the group is not applied to endpoints
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

@batchSize(1) // the subnet takes one change at a time
resource doors 'Microsoft.Network/privateEndpoints@2024-05-01' = [
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
    parent: doors[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: each.name, properties: { privateDnsZoneId: zones[i].id } }]
    }
  }
]

@description('Resource id of the subnet the function app goes out by.')
output apiSubnetId string = network::apiSubnet.id

@description('Resource id of the network, to peer it with others.')
output networkId string = network.id
