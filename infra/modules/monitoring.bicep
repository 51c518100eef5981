// Traces and metrics: Application Insights over a Log Analytics workspace, written with identities only.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Suffix that makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Retention of traces and metrics in days.')
param retentionDays int = 30

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${suffix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

// The tables of Application Insights keep 90 days regardless of the workspace, so the retention is set for each table.
resource tables 'Microsoft.OperationalInsights/workspaces/tables@2023-09-01' = [
  for name in [
    'AppDependencies'
    'AppExceptions'
    'AppMetrics'
    'AppPerformanceCounters'
    'AppRequests'
    'AppTraces'
  ]: {
    parent: workspace
    name: name
    properties: { retentionInDays: retentionDays, totalRetentionInDays: retentionDays }
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

@description('Name of the Application Insights resource.')
output insightsName string = insights.name

@description('Resource id of the workspace for diagnostic logs.')
output workspaceId string = workspace.id
