"""Cases that break the rules on apiProperties.json, icon and readme."""

from connector_lint.case import LIST, POLL, Case, case
from connector_lint.example import PROPERTIES, README, REMOVED, png

HERE = f"{PROPERTIES}/properties"
SETS = f"{HERE}/connectionParameterSets"
ENTRA = f"{SETS}/values/0/parameters/token/oAuthSettings"
PAGING, POLLING, HEADER = (f"{HERE}/policyTemplateInstances/{index}" for index in range(3))
LINK = f"{PAGING}/parameters/x-ms-apimTemplateParameter.nextLinkPropertyName"
NAMES = "parameters/x-ms-apimTemplate-operationName"
CONFIG = f"{POLLING}/parameters/x-ms-apimTemplateParameter.triggerConfig"
DATA = f"{POLLING}/parameters/x-ms-apimTemplateParameter.triggerDataPath"

CASES: tuple[Case, ...] = (
    case("IconBrandColorRequired", HERE, {f"{HERE}/iconBrandColor": REMOVED}),
    case(
        "IconBrandColorNotValid",
        f"{HERE}/iconBrandColor",
        "red",
        "IconBackgroundNotBrandColor",
    ),
    case(
        "IconBrandColorNotAllowed",
        f"{HERE}/iconBrandColor",
        {f"{HERE}/iconBrandColor": "#FFFFFF", "icon.png": png(rgba="#ffffffff")},
    ),
    case("PublisherNotValid", f"{HERE}/publisher", "Books & Co."),
    case("StackOwnerNotValid", f"{HERE}/stackOwner", {f"{HERE}/stackOwner": REMOVED}),
    case("CapabilitiesNotValid", f"{HERE}/capabilities", "actions"),
    case(
        "ConnectionParameterNameNotValid",
        f"{SETS}/values/1/parameters/api-key",
        {f"{SETS}/values/1/parameters/api-key": {"type": "securestring"}},
    ),
    case("ConnectionParameterSetNotValid", f"{SETS}/values/1", {f"{SETS}/values/1/name": "entra"}),
    case("ConnectionParameterSetNotValid", SETS, {f"{SETS}/uiDefinition": REMOVED}),
    case("IdentityProviderNotValid", f"{ENTRA}/identityProvider", "entra"),
    case("FirstPartyNotFalse", f"{ENTRA}/properties/IsFirstParty", "True"),
    case("RedirectModeNotGlobalPerConnector", f"{ENTRA}/redirectMode", "Global"),
    case("ClientCredentialsNotAllowed", f"{ENTRA}/clientSecret", "s3cret"),
    case(
        "ClientCredentialsNotAllowed",
        f"{ENTRA}/clientId",
        "7a1f3d00-1111-4222-8333-444455556666",
    ),
    case("OAuthScopesNotList", f"{ENTRA}/scopes", "books"),
    case("EntraSettingMissing", ENTRA, {f"{ENTRA}/customParameters/resourceUri": REMOVED}),
    case("EntraSettingMissing", ENTRA, {f"{ENTRA}/properties/AzureActiveDirectoryResourceId": ""}),
    case("PolicyTemplateNotKnown", f"{PAGING}/templateId", "nextpage", "PageablePolicyMissing"),
    case("PolicyOperationNotFound", f"{PAGING}/{NAMES}/1", {f"{PAGING}/{NAMES}/-": "ListFilms"}),
    *(
        case("PolicyParameterMissing", f"{policy}/parameters", {name: REMOVED}, *also)
        for policy, name, also in (
            (PAGING, LINK, ()),
            (POLLING, CONFIG, ()),
            (POLLING, DATA, ("PollingPolicyOutputNotArray",)),
            (HEADER, f"{HEADER}/parameters/x-ms-apimTemplateParameter.name", ()),
            (HEADER, f"{HEADER}/parameters/x-ms-apimTemplateParameter.value", ()),
        )
    ),
    case("PageablePolicyMissing", f"{LIST}/x-ms-pageable", {f"{PAGING}/{NAMES}": ["CreateBook"]}),
    case("PageablePolicyMismatch", LINK, "@odata.nextLink"),
    case("PollingPolicyInputNotInternal", f"{CONFIG}/state", {f"{POLL}/parameters": []}),
    case("PollingPolicyOutputNotArray", DATA, "@triggerBody()"),
    case("IconMissing", "icon.png", REMOVED),
    case("IconNotPng", "icon.png", b"GIF89a"),
    case("IconNotPng", "icon.png", png()[:60]),
    case("IconNotSquare", "icon.png", png(160, 150)),
    case("IconSizeNotValid", "icon.png", png(32, 32)),
    case("IconNotOpaque", "icon.png", png(rgba="#7a1f3d80")),
    case("IconBackgroundNotBrandColor", "icon.png", png(rgba="#ffffffff")),
    case("ReadmeMissing", "readme.md", REMOVED),
    case(
        "ReadmeTitleParagraphNotValid",
        "readme.md",
        README.replace(" Tells when new ones come.", ""),
    ),
    case("ReadmeSectionMissing", "readme.md", README.replace("## Publisher: Book Club", "")),
    case("ReadmeOperationMissing", "readme.md", README.replace("### List books", "")),
)
