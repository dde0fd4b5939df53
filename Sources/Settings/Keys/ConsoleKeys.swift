/// The console's socket and its web page.
enum ConsoleKeys {
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
    .file("certificateFile", .at(\.certificateFile), about: "The page's certificate, PEM."),
    .file("keyFile", .at(\.keyFile), about: "The private key of that certificate, PEM."),
  ]

  private static let checkWeb:
    @Sendable (inout SettingsReader, [String], inout DaemonSettings.Web) -> Bool = {
      reader, path, web in
      if (web.certificateFile == nil) != (web.keyFile == nil) {
        reader.note(path, "certificateFile and keyFile belong together")
      }
      guard web.port > 0 else { return false }
      if web.address != "::1", !web.address.hasPrefix("127."), web.certificateFile == nil {
        let shown = reader.shown(web.address)
        reader.note(
          path + ["address"],
          "\(shown) is on the network: certificateFile and keyFile are needed for it")
      }
      return true
    }
}
