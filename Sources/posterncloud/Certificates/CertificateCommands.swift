import ArgumentParser
import CloudProtocol
import Foundation
import HostLinux

/// Lets a controller renew its certificate.
struct RenewCertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew-certificate",
    abstract: "Let a controller make a new key and ask for its certificate.",
    discussion: """
      Confirmed once the controller asks. `serve` must have a CA (--certificate-ca), or
      the controller is refused. How it ended is an event: certificate.renewed, or
      certificate.notRenewed with the reason.
      """)

  @OptionGroup var target: TargetOptions

  func run() async throws { try await target.send(Command(kind: .renewCertificate)) }
}

/// The certificates that were signed here.
struct CertificatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificates",
    abstract: "Show which certificates this cloud signed for controllers, newest first.")

  @OptionGroup var state: StateOptions
  @Argument(help: "Only this controller.") var controller: String?
  @Option(help: "How many.") var limit = 20
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    let table = CertificateTable(database: try state.store(of: controller).database)
    for entry in try table.list(controller: controller, limit: limit) {
      if json {
        try Output.json(entry)
      } else {
        Output.line(
          "\(Self.day(entry.signedMilliseconds))  \(entry.controller)  serial \(entry.serial)  "
            + "until \(Self.day(entry.endMilliseconds))")
      }
    }
  }

  private static func day(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
  }
}
