/// The page for people: sites, doors, events. Its files are part of the program.
enum PlatformPage {
  /// The page asks its own server only, and nobody may frame it.
  static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

  /// The file of a path; nil for a path of the API.
  static func reply(_ request: APIRequest) -> APIReply? {
    let file: (type: String, bytes: [UInt8])
    switch request.path {
    case "/": file = ("text/html", PackageResources.platform_html)
    case "/platform.css": file = ("text/css", PackageResources.platform_css)
    case "/platform.js": file = ("text/javascript", PackageResources.platform_js)
    default: return nil
    }
    guard request.method == "GET" else {
      return APIReply(
        APIProblem(.methodNotAllowed, "there is GET", headers: ["allow": "GET"]))
    }
    var reply = APIReply(
      status: 200,
      headers: [
        "content-security-policy": policy, "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      ])
    reply.contentType = "\(file.type); charset=utf-8"
    reply.body = file.bytes
    return reply
  }
}
