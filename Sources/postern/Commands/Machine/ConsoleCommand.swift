import ArgumentParser
import ConsoleProtocol
import HostLinux

/// The web page.
struct ConsoleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console", abstract: "The controller's web page.",
    discussion: """
      The page is served when `console: {web: {port: 8480}}` is in the settings: on
      the loopback, unless an address, a certificate and a key are set:

        console:
          web: {address: 192.0.2.7, port: 8443, certificateFile: …, keyFile: …}

      From a laptop without that: ssh -L 8480:127.0.0.1:8480 the-controller
      """, subcommands: [Login.self])

  struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the page's address with a code that signs in one browser, once.")

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
      let offer = try await console.client.post(
        "/v1/console/login", [String: String](), as: LoginOffer.self)
      if console.json { return try Output.json(offer) }
      Output.line("\(offer.url)#\(offer.code)")
      Output.line("code \(offer.code), valid for \(offer.seconds / 60) minutes")
    }
  }
}
