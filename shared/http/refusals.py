"""What the HTTP edge itself refuses, before or beside any rule of the domain."""

from typing import ClassVar

from shared.errors import Conflict, Invalid, Malformed, NotFound, Refused, Unavailable


class MalformedJson(Malformed):
    """The body is not well-formed JSON."""

    zh = "请求体不是格式正确的 JSON。"
    mend = "Send UTF-8 JSON without duplicate keys, NaN, lone surrogates or deep nesting."
    mend_zh = "请提交 UTF-8 编码的 JSON，不含重复键、NaN、孤立代理字符，嵌套不得过深。"


class MalformedXml(Malformed):
    """The body is not XML that this service takes."""

    zh = "请求体不是本服务可接受的 XML。"
    mend = (
        "Send well-formed XML 1.0 in the encoding that it declares, without a document type,"
        " entities of your own or processing instructions."
    )
    mend_zh = "请提交格式正确的 XML 1.0，编码与声明一致，不含文档类型声明、自定义实体和处理指令。"


class MalformedUrl(Malformed):
    """The address contains a NUL character."""

    zh = "请求地址含有 NUL 字符。"
    mend = "Remove %00 from the path and the query."
    mend_zh = "请删除路径和查询参数中的 %00。"


class MalformedHeader(Malformed):
    """A header of the request cannot be read."""

    zh = "无法读取某个请求头。"
    mend = "Correct the header that is named."
    mend_zh = "请修正所指明的请求头。"


class MalformedRequest(Malformed):
    """This is no HTTP/1.1 request."""

    zh = "该请求不符合 HTTP/1.1 格式。"
    mend = "Use an HTTP client, and http:// rather than https:// where no TLS is spoken."
    mend_zh = "请使用 HTTP 客户端；未启用 TLS 时请使用 http:// 而非 https://。"


class HeadTimeout(Refused):
    """The request line and the headers did not arrive in time."""

    zh = "请求行和请求头未在规定时间内到达。"
    mend = "Send the whole request at once, over a faster connection."
    mend_zh = "请使用更快的网络一次发送完整的请求。"


class HeadTooLarge(Refused):
    """The request line and the headers together are larger than this service takes."""

    zh = "请求行和请求头的总长度超过上限。"
    mend = "Send fewer or shorter headers."
    mend_zh = "请减少或缩短请求头。"


class TooManyConnections(Unavailable):
    """As many clients are being served as this process takes."""

    zh = "当前连接数已达上限。"
    mend = "Try again in a few seconds, and use one connection for many requests."
    mend_zh = "请稍后重试，并在同一连接上发送多个请求。"


class BadRequest(Malformed):
    """The request cannot be handled as it is."""

    zh = "无法按现有内容处理该请求。"


class ClientDisconnected(Malformed):
    """The client closed the connection before its request was complete."""

    zh = "请求尚未发送完毕，客户端已断开连接。"


class NoSuchPath(NotFound):
    """There is nothing at this address."""

    zh = "该地址不存在。"
    mend = "Compare the address with /openapi.json."
    mend_zh = "请对照 /openapi.json 核对地址。"


class MethodNotAllowed(Refused):
    """This address does not take this method."""

    zh = "该地址不支持此请求方法。"
    mend = "Use a method that the Allow header names."
    mend_zh = "请使用 Allow 头列出的方法。"


class TooManyRequests(Refused):
    """Your organisation sends more requests than this service takes from one."""

    zh = "贵单位的请求过于频繁，超过单个单位的上限。"
    mend = "Wait for as many seconds as Retry-After says, then send the same request again."
    mend_zh = "请按 Retry-After 所示秒数等待后，再次发送同一请求。"


class BodyTooLarge(Refused):
    """The body is larger than this service takes."""

    zh = "请求体超过上限。"
    mend = "Send less at once."
    mend_zh = "请减少单次提交的内容。"


class BodyTimeout(Refused):
    """The body did not arrive in time."""

    zh = "请求体未在规定时间内到达。"
    mend = "Send the whole body at once, over a faster connection."
    mend_zh = "请使用更快的网络一次发送完整的请求体。"
    # The rest of the body is not waited for.
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


class UrlTooLong(Refused):
    """The address is longer than this service takes."""

    zh = "请求地址过长。"
    mend = "Shorten the path or the query."
    mend_zh = "请缩短路径或查询参数。"


class UnsupportedMediaType(Refused):
    """The body must be application/json in UTF-8, not compressed."""

    zh = "请求体必须是未压缩的 UTF-8 application/json。"
    mend = "Send Content-Type: application/json and no Content-Encoding."
    mend_zh = "请使用 Content-Type: application/json，且不要使用 Content-Encoding。"


class UnsupportedXmlType(UnsupportedMediaType):
    """The body must be application/xml or text/xml, not compressed."""

    zh = "请求体必须是未压缩的 application/xml 或 text/xml。"
    mend = "Send Content-Type: application/xml and no Content-Encoding."
    mend_zh = "请使用 Content-Type: application/xml，且不要使用 Content-Encoding。"


class UnsupportedFileType(UnsupportedMediaType):
    """The body must be a file of one of the types that are told, not compressed."""

    zh = "请求体必须是所列类型之一的文件，且未压缩。"
    mend = "Send the file as it is, with its Content-Type and no Content-Encoding."
    mend_zh = "请原样提交文件，注明其 Content-Type，且不要使用 Content-Encoding。"


class IdempotencyKeyMissing(Malformed):
    """This request needs an Idempotency-Key header."""

    zh = "该请求必须携带 Idempotency-Key 请求头。"
    mend = 'Send a fresh key with each new request, such as Idempotency-Key: "<UUID>".'
    mend_zh = '请为每个新请求附上新的键，例如 Idempotency-Key: "<UUID>"。'


class IdempotencyKeyMalformed(Malformed):
    """The Idempotency-Key header is not one string of 1 to 255 printable ASCII characters."""

    zh = "Idempotency-Key 请求头必须是 1 至 255 个可打印 ASCII 字符的单个字符串。"
    mend = 'Send one quoted string, such as Idempotency-Key: "<UUID>".'
    mend_zh = '请提交一个带引号的字符串，例如 Idempotency-Key: "<UUID>"。'


class IdempotencyKeyReused(Invalid):
    """This idempotency key was used before for another request."""

    zh = "该幂等键已用于另一个请求。"
    mend = "Use a new key for a new or changed request."
    mend_zh = "新的或有改动的请求请使用新的键。"


class IdempotencyKeyInFlight(Conflict):
    """The first request with this idempotency key is still being worked on."""

    zh = "使用该幂等键的首个请求仍在处理中。"
    mend = "Wait a moment and send the same request again."
    mend_zh = "请稍候再次发送同一请求。"


class PreconditionFailed(Refused):
    """The thing is no longer in the state that this request was made for."""

    zh = "该数据已不是此请求所依据的状态。"
    mend = "Read it again, decide anew, and send If-Match with its current ETag."
    mend_zh = "请重新读取并重新决定，在 If-Match 中使用当前的 ETag。"


class EntityTagsMalformed(Malformed):
    """The header is neither * nor a list of entity tags."""

    zh = "该请求头既不是 *，也不是实体标签列表。"
    mend = 'Send the ETag of an answer as it is, such as If-Match: "3.1.0".'
    mend_zh = '请原样提交应答中的 ETag，例如 If-Match: "3.1.0"。'


class DatabaseUnavailable(Unavailable):
    """The database does not answer."""

    zh = "数据库无响应。"
    mend = "Nothing was saved. Try again in a few seconds."
    mend_zh = "未保存任何内容，请稍后重试。"


class DatabaseBusy(Unavailable):
    """The database gave way to other work on the same records."""

    zh = "数据库正在处理对同一记录的其他操作。"
    mend = "Nothing was saved. Try again at once."
    mend_zh = "未保存任何内容，请立即重试。"


class StorageFull(Unavailable):
    """The storage is full."""

    zh = "存储空间已满。"
    mend = "Nothing was saved. The operator must free space; then try again."
    mend_zh = "未保存任何内容，请运维人员清理空间后重试。"


class InternalError(Refused):
    """Something went wrong on our side."""

    zh = "系统内部出错。"
    mend = "Nothing of it is your fault. Tell the operator the request id."
    mend_zh = "这不是您的过错，请把请求编号告知运维人员。"
