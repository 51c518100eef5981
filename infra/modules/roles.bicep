// All permissions of the identity of the function app. The roles are assigned before the app is created.
// The names of assignments contain the principal, so an identity that is created again gets new assignments.

@description('Object id of the identity of the function app.')
param principalId string

@description('Suffix that makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Name of the Cosmos DB account.')
param cosmosAccountName string = 'cosmos-${suffix}'

@description('Name of the storage account.')
param storageAccountName string = 'st${suffix}'

@description('Name of the container of snapshots.')
param snapshotsContainerName string = 'snapshots'

@description('Name of the container of the deployment package.')
param deploymentContainerName string = 'deployment'

@description('Name of the database.')
param cosmosDatabaseName string = 'profiles'

@description('Name of the Application Insights resource.')
param insightsName string = 'appi-${suffix}'

@description('Object id of the principal that writes snapshots; empty for none.')
param snapshotWriterId string = ''

var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
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

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' existing = {
  name: cosmosAccountName
}

// Of blobs, the host owns the containers with its leases and keys, writes its package, and only reads snapshots.
var rightsInContainers = [
  { container: 'azure-webjobs-hosts', role: blobDataOwner }
  { container: 'azure-webjobs-secrets', role: blobDataOwner }
  { container: deploymentContainerName, role: blobDataContributor }
  { container: snapshotsContainerName, role: blobDataReader }
]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for each in rightsInContainers: {
    name: '${storageAccountName}/default/${each.container}'
  }
]

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in rightsInContainers: {
    name: guid(containers[index].id, principalId, each.role)
    scope: containers[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The host reads refresh messages from queues, which it makes for messages that failed too, and writes diagnostics.
resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [queueDataContributor, tableDataContributor]: {
    name: guid(storage.id, principalId, role)
    scope: storage
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource insightsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// Data of its database only: this role does not allow creating or deleting databases or containers.
resource cosmosRole 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = {
  parent: cosmos
  name: guid(cosmos.id, principalId, cosmosDataContributor)
  properties: {
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    principalId: principalId
    scope: '${cosmos.id}/dbs/${cosmosDatabaseName}'
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
