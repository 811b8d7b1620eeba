"""Why a caller is not let in. Each reason has a code of its own; none repeats the token."""

from typing import ClassVar

from shared import errors


class TokenMissing(errors.Unauthenticated):
    """The request carries no access token."""

    zh = "请求中没有访问令牌。"
    # RFC 6750, section 3.1: where nothing was presented, the challenge names no error.
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class TokenRefused(errors.Unauthenticated):
    """The access token is not accepted."""

    zh = "访问令牌不被接受。"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class TokenMalformed(TokenRefused):
    """The access token is not a signed JSON Web Token."""

    zh = "访问令牌不是经过签名的 JSON Web Token。"


class TokenAlgorithmRefused(TokenRefused):
    """The access token is signed with an algorithm that is not accepted for its key."""

    zh = "访问令牌的签名算法不被接受，或与其密钥不符。"
    mend = "Have the identity provider sign with EdDSA, ES256 or RS256."
    mend_zh = "请让身份提供方使用 EdDSA、ES256 或 RS256 签名。"


class TokenKeyUnknown(TokenRefused):
    """The access token names no signing key that the identity provider publishes."""

    zh = "访问令牌所指的签名密钥未由身份提供方公布。"


class TokenForged(TokenRefused):
    """The access token's signature does not match its content."""

    zh = "访问令牌的签名与内容不符。"


class TokenExpired(TokenRefused):
    """The access token has expired."""

    zh = "访问令牌已过期。"
    mend = "Obtain a fresh token and send the request again."
    mend_zh = "请重新获取令牌后再次提交请求。"


class TokenNotYetValid(TokenRefused):
    """The access token is not valid yet."""

    zh = "访问令牌尚未生效。"
    mend = "Wait until it is valid, or set the issuing machine's clock right."
    mend_zh = "请等待令牌生效，或校准签发机器的时钟。"


class ForeignIssuer(TokenRefused):
    """The access token was issued by somebody else than the configured identity provider."""

    zh = "访问令牌不是由已配置的身份提供方签发的。"


class ForeignAudience(TokenRefused):
    """The access token was issued for another system."""

    zh = "访问令牌是为其他系统签发的。"


class TokenClaimsInvalid(TokenRefused):
    """The access token lacks a claim that this system needs, or the claim has no valid value."""

    zh = "访问令牌缺少必需的声明，或其取值无效。"
    mend = "Needed are exp, iat, iss, aud, sub, role, org, and agency for officers and supervisors."
    mend_zh = "必需的声明：exp、iat、iss、aud、sub、role、org；查验人员与主管还需要 agency。"


class RoleNotAllowed(errors.Forbidden):
    """Your role may not do this."""

    zh = "您的角色无权进行此操作。"
    mend = "Ask someone with one of the admitted roles."
    mend_zh = "请由具有许可角色的人员办理。"


class IdentityProviderUnavailable(errors.Unavailable):
    """The identity provider's signing keys could not be fetched, so no token can be checked."""

    zh = "无法取得身份提供方的签名密钥，暂时不能核验令牌。"
    mend = "Try again shortly; if it lasts, check the configured key-set address."
    mend_zh = "请稍后重试；若持续出现，请检查所配置的密钥集地址。"


class IssuerOnlyEmbedded(errors.Forbidden):
    """Tokens of our own are issued in embedded mode only."""

    zh = "只有嵌入模式才会自行签发令牌。"
    mend = "Obtain tokens from the configured identity provider."
    mend_zh = "请向已配置的身份提供方获取令牌。"


class IssuerKeyUnsafe(errors.Forbidden):
    """The issuer's key file can be read by other accounts, or holds no Ed25519 key."""

    zh = "签发密钥文件可被其他账户读取，或其中不是 Ed25519 密钥。"
    mend = "Move the named file away and start again: a new key is made, old tokens end."
    mend_zh = "请移走所指文件后重新启动：系统将生成新密钥，旧令牌随之失效。"
