// Traces and metrics: Application Insights over a Log Analytics workspace, written with identities only.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('What makes names unique.')
param token string = uniqueString(resourceGroup().id)

@description('Days that traces and metrics are kept.')
param retentionDays int = 30

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
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
