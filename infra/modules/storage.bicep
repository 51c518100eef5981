// Storage: the deployment package, the snapshots, the queues of refreshes and webhooks, and the leases of the host.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Suffix that makes names unique.')
@minLength(13)
param suffix string = uniqueString(resourceGroup().id)

@description('Allow access only through private endpoints.')
param isPrivate bool = false

@description('Resource id of the workspace for diagnostic logs.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  // checkov:skip=CKV_AZURE_43: checkov can not evaluate the computed name; it is 'st' and 13 letters and digits
  // checkov:skip=CKV_AZURE_35: closed with vnetEnabled; without it, writers of snapshots use the internet, with a token
  // checkov:skip=CKV_AZURE_206: no data is stored only here: packages and snapshots can be created again
  name: 'st${suffix}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: isPrivate ? 'None' : 'AzureServices' }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource deployment 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: 'deployment'
  properties: { publicAccess: 'None' }
}

resource snapshots 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: 'snapshots'
  properties: { publicAccess: 'None' }
}

// The containers that the host would make by itself; its rights are limited to them.
resource hostContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for name in ['azure-webjobs-hosts', 'azure-webjobs-secrets']: {
    parent: blobs
    name: name
    properties: { publicAccess: 'None' }
  }
]

// Logs of reads, writes and deletions of snapshots and packages.
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'access'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageRead', enabled: true }
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource refreshes 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  parent: queues
  name: 'refresh'
}

resource webhooks 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  parent: queues
  name: 'webhooks'
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Name of the account.')
output accountName string = account.name

@description('Name of the container of snapshots.')
output snapshotsContainerName string = snapshots.name

@description('URL of the container of snapshots.')
output snapshotsContainerUrl string = '${account.properties.primaryEndpoints.blob}${snapshots.name}'

@description('URL of the container of the deployment package.')
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${deployment.name}'
