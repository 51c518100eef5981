// The function app (Flex Consumption, Python) and App Service authentication.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('Suffix that makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

@description('Resource id of the identity the app runs as.')
param identityId string

@description('Client id of the identity the app runs as.')
param identityClientId string

@description('Name of the storage account of the host.')
param storageAccountName string

@description('URL of the container of the deployment package.')
param deploymentContainerUrl string

@description('URL of the container of snapshots.')
param snapshotsContainerUrl string

@description('URL of the Cosmos DB account.')
param cosmosEndpoint string

@description('Name of the database.')
param cosmosDatabaseName string

@description('Name of the Application Insights resource.')
param insightsName string

@description('Resource id of the subnet for outbound traffic; empty for none.')
param subnetId string = ''

@description('Microsoft Entra tenant that issues the accepted tokens.')
param tenantId string = tenant().tenantId

@description('Application (client) id of the API app registration.')
param apiClientId string

@description('Let requests without a bearer token pass App Service authentication, so that API keys work.')
param apiKeysEnabled bool = false

@description('Let requests without a bearer token pass App Service authentication, so that browsers can load the pages.')
param pagesEnabled bool = false

@description('Sites that may embed the pages, separated by spaces; empty for none.')
param cardFrameAncestors string = ''

@description('Maximum number of instances for each group of functions that scale together; Azure accepts 40 to 1,000, and for HTTP it is not a hard limit.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('Instances kept warm for HTTP requests.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Concurrent requests of an instance; higher than the default for Python, as handlers wait for the store and use little CPU.')
@minValue(1)
@maxValue(1000)
param requestsAtOnce int = 32

@description('Schedule of automatic refreshes: NCRONTAB, UTC.')
param refreshSchedule string = '0 0 2 * * *'

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225: zone redundancy requires always-ready instances in each zone, billed all the time; state is in Cosmos DB
  name: 'plan-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222: Power Platform and other callers use the internet; App Service authentication and the code require a token
  // checkov:skip=CKV_AZURE_78: Flex Consumption refuses ftpsState; FTP is closed by the publishing policies below
  // checkov:skip=CKV_AZURE_17: callers authenticate by bearer token; connectors have no client certificate
  // checkov:skip=CKV_AZURE_212: Flex Consumption sets the number of instances itself; alwaysReadyInstances keeps some warm
  // checkov:skip=CKV_AZURE_213: Flex Consumption replaces unhealthy instances itself; /api/health is for external monitors
  name: 'func-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'python', version: '3.13' } // the tests run the deployment package on it
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: instanceMemoryMB
        triggers: { http: { perInstanceConcurrency: requestsAtOnce } }
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: {
      STORE: 'cosmos'
      COSMOS_ENDPOINT: cosmosEndpoint
      COSMOS_DATABASE: cosmosDatabaseName
      SNAPSHOTS: snapshotsContainerUrl
      REFRESH_QUEUE: '${storage.properties.primaryEndpoints.queue}refresh'
      REFRESH_SCHEDULE: refreshSchedule
      WEBHOOK_QUEUE: '${storage.properties.primaryEndpoints.queue}webhooks'
      AUTH_MODE: 'entra'
      ENTRA_TENANT_ID: tenantId
      ENTRA_AUDIENCE: apiClientId
      CARD_FRAME_ANCESTORS: cardFrameAncestors
      AZURE_CLIENT_ID: identityClientId // the identity that DefaultAzureCredential uses
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString // an endpoint, no secret; local authentication is disabled
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      AzureWebJobsDisableHomepage: 'true' // no default page of the platform at /
    }
  }

  // App Service authentication. The code verifies every token again, and trusts no header that it adds.
  resource authentication 'config' = {
    name: 'authsettingsV2'
    dependsOn: [settings] // concurrent changes of a site's configuration fail
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: !(apiKeysEnabled || pagesEnabled)
        unauthenticatedClientAction: apiKeysEnabled || pagesEnabled ? 'AllowAnonymous' : 'Return401'
        excludedPaths: [
          '/api/connector/apiDefinition.swagger.json'
          '/api/definition.schema.json'
          '/api/health'
        ]
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: apiClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
          }
          validation: { allowedAudiences: [apiClientId, 'api://${apiClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

@description('URL of the API.')
output url string = 'https://${app.properties.defaultHostName}/api'
