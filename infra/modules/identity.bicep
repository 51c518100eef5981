// The identity of the function app, made first: Microsoft Entra needs a while before its roles can be given.

@description('Azure region.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags object = {}

@description('What makes names unique.')
param suffix string = uniqueString(resourceGroup().id)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${suffix}'
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output identityId string = identity.id

@description('Client id of the identity.')
output clientId string = identity.properties.clientId

@description('Object id of the identity, to which roles are given.')
output principalId string = identity.properties.principalId
