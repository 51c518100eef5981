// The identity of the function app and everything it may do; roles stand before the app starts.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('What makes names unique.')
param token string = uniqueString(resourceGroup().id)

@description('Name of the Cosmos DB account.')
param cosmosAccountName string = 'cosmos-${token}'

@description('Name of the storage account.')
param storageAccountName string = 'st${token}'

@description('Name of the container of snapshots.')
param snapshotsContainerName string = 'snapshots'

@description('Name of the Application Insights resource.')
param insightsName string = 'appi-${token}'

@description('Object id of whoever writes snapshots; empty for nobody.')
param snapshotWriterId string = ''

var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${token}'
  location: location
  tags: tags
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource snapshots 'containers' existing = {
      name: snapshotsContainerName
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2024-05-15' existing = {
  name: cosmosAccountName
}

// The host keeps leases and keys in blobs, takes refreshes from the queue, and writes its diagnoses to a table.
resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in [blobDataOwner, queueDataContributor, tableDataContributor]: {
  name: guid(storage.id, identity.id, role)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}]

resource insightsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// Data only: with this role nobody can create or drop a database or a container.
resource cosmosRole 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-05-15' = {
  parent: cosmos
  name: guid(cosmos.id, identity.id, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: identity.properties.principalId
    scope: cosmos.id
  }
}

resource snapshotWriterRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(snapshotWriterId)) {
  name: guid(storage.id, snapshotWriterId, blobDataContributor)
  scope: storage::blobs::snapshots
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: snapshotWriterId
  }
}

@description('Resource id of the identity.')
output identityId string = identity.id

@description('Client id of the identity.')
output clientId string = identity.properties.clientId
