import DoorRules

/// The console's socket and its web page.
enum ConsoleKeys {
  /// The most further names of the page.
  static let webNamesMax = 16

  static let section = SettingsSection(
    title: "Console",
    text: """
      The web page is served when `console.web.port` is set. At an address of the network it needs a
      certificate.
      """,
    keys: [
      .value(
        "console.socket", .socket, about: "The Unix socket of the console, for the command line.",
        get: { .text($0.console.socket) },
        read: { reader, path, settings in
          if let socket = reader.text(path) { settings.console.socket = socket }
          let bytes = settings.console.socket.utf8.count
          let most = SettingsLoader.socketPathBytesMax
          if bytes > most {
            reader.note(path, "has \(bytes) bytes; a socket's path has at most \(most)")
          }
        }),
      .optional("console.web", \.console.web, blank: DaemonSettings.Web(), keys, check: checkWeb),
    ])

  private static let keys: [SettingsKey<DaemonSettings.Web>] = [
    .number(
      "port", .at(\.port), 1...65_535, fallback: "no page", about: "The port of the web page."),
    .text(
      "address", .at(\.address), about: "The address of this machine at which the page is served."),
    .list(
      "names", .at(\.names), "host names",
      about:
        "Further names by which browsers ask for the page. Its addresses and the machine's own name, "
        + "also with `.local`, are known; any other is refused."),
    .file("certificateFile", .at(\.certificateFile), about: "The page's certificate, PEM."),
    .file("keyFile", .at(\.keyFile), about: "The private key of that certificate, PEM."),
  ]

  private static let checkWeb:
    @Sendable (inout SettingsReader, [String], inout DaemonSettings.Web) -> Bool = {
      reader, path, web in
      if (web.certificateFile == nil) != (web.keyFile == nil) {
        reader.note(path, "certificateFile and keyFile belong together")
      }
      web.names = web.names.map { $0.lowercased() }
      if web.names.count > webNamesMax {
        reader.note(path + ["names"], "has \(web.names.count) names; at most \(webNamesMax)")
      }
      for name in web.names where !isHostName(name) {
        let shown = reader.shown(name)
        reader.note(
          path + ["names"],
          "\(shown) is no host name such as door.example.org; without https://, port and *")
      }
      guard web.port > 0 else { return false }
      if !LoopbackAddress.matches(web.address), web.certificateFile == nil {
        let shown = reader.shown(web.address)
        reader.note(
          path + ["address"],
          "\(shown) is on the network: certificateFile and keyFile are needed for it")
      }
      return true
    }

  /// True for labels of ASCII letters, digits and hyphens between dots, RFC 1123 section 2.1, in
  /// lower case.
  private static func isHostName(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
          }
      }
  }
}
