// Cosmos DB: the account, its database, and the containers with the names in function_app/store/documents.py.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Suffix that makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Billing: by request (serverless) or by provisioned maximum (autoscale).')
@allowed(['serverless', 'autoscale'])
param capacity string = 'serverless'

@description('With autoscale, the maximum request units per second for all containers; Cosmos DB accepts steps of 1,000.')
@minValue(1000)
param maxThroughput int = 1000

@description('Spread the account over availability zones. It can not be enabled later in place.')
param isZoneRedundant bool = false

@description('Allow access only through private endpoints.')
param isPrivate bool = false

@description('Resource id of the workspace for diagnostic logs.')
param workspaceId string

// defaultTtl -1: expiry is enabled, and documents without `ttl` never expire. Only members in filters and sort orders
// are indexed (id and _ts always are; the partition key only if it is listed here).
var containers = [
  {
    name: 'profiles'
    defaultTtl: -1
    indexed: [
      { path: '/pk/?' }
      { path: '/kind/?' }
      { path: '/instanceId/?' }
      { path: '/customerId/?' }
      { path: '/validUntil/?' }
      { path: '/changesAt/?' } // when something ends that a profile shows, and by which types it shows
      { path: '/form/?' }
      { path: '/receivedSort/?' } // the feed behind the triggers
      { path: '/endedSort/?' }
      { path: '/attributes/*' } // of profiles, as they show; the values of updates are under /changes
    ]
    notIndexed: []
  }
  {
    name: 'activities'
    defaultTtl: -1
    indexed: [
      { path: '/pk/?' }
      { path: '/kind/?' }
      { path: '/instanceId/?' }
      { path: '/validUntil/?' }
      { path: '/hidden/?' }
      { path: '/sort/?' }
      { path: '/createdSort/?' }
      { path: '/attributes/*' }
    ]
    notIndexed: [
      { path: '/attributes/SemanticData/?' } // the source record as text
    ]
  }
  {
    name: 'keys'
    defaultTtl: -1
    indexed: [
      { path: '/pk/?' }
      { path: '/customerId/?' } // all keys of a person, for its export and erasure
    ]
    notIndexed: []
  }
  {
    name: 'control'
    defaultTtl: -1
    indexed: [
      { path: '/pk/?' }
      { path: '/kind/?' }
      { path: '/jobId/?' }
    ]
    notIndexed: []
  }
  {
    name: 'usage'
    defaultTtl: 2592000 // 30 days
    indexed: [
      { path: '/pk/?' }
      { path: '/kind/?' }
      { path: '/customers/[]/?' }
    ]
    notIndexed: []
  }
]

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  // checkov:skip=CKV_AZURE_101: closed with vnetEnabled; without it, the function app has no fixed address for a rule
  // checkov:skip=CKV_AZURE_99: as above; keys are disabled, so every caller needs the role of the app's identity
  name: 'cosmos-${suffix}'
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: capacity == 'serverless' ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: isZoneRedundant }]
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: 'profiles'
  properties: {
    resource: { id: 'profiles' }
    options: capacity == 'autoscale' ? { autoscaleSettings: { maxThroughput: maxThroughput / 1000 * 1000 } } : {}
  }
}

resource container 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [
  for each in containers: {
    parent: database
    name: each.name
    properties: {
      resource: {
        id: each.name
        partitionKey: { kind: 'Hash', version: 2, paths: ['/pk'] }
        defaultTtl: each.defaultTtl
        indexingPolicy: {
          indexingMode: 'consistent'
          automatic: true
          includedPaths: each.indexed
          excludedPaths: concat([{ path: '/*' }], each.notIndexed)
        }
      }
    }
  }
]

// Logs of reads and writes of data, and of changes of the account.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'access'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'DataPlaneRequests', enabled: true }
      { category: 'ControlPlaneRequests', enabled: true }
    ]
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Name of the account.')
output accountName string = account.name

@description('URL of the account.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database.')
output databaseName string = database.name
