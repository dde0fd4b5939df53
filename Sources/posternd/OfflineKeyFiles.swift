import CloudProtocol
import DoorPorts
import DoorRules
import HostLinux

/// The files by which the daemon knows keys that were issued without the cloud.
enum OfflineKeyFiles {
  /// The keys of offline PINs.
  static func pins(
    path: String, controller: ControllerID
  ) throws(PortError) -> OfflinePINKeys {
    let text = try KeyFile.secretText(path: path, bytesMax: OfflinePINKeys.fileBytesMax)
    do throws(OfflinePINProblem) {
      return try OfflinePINKeys(parsing: text, controller: controller)
    } catch {
      throw PortError(.damaged, operation: "read key \(path)", detail: "\(error)")
    }
  }

  /// The roots of issuers.
  static func roots(
    path: String, controller: ControllerID
  ) throws(PortError) -> HandOverVerifier {
    do throws(EnvelopeKeyFailure) {
      return try HandOverVerifier(roots: try CloudKeys.load(path: path), controller: controller)
    } catch {
      throw PortError(.damaged, operation: "read the issuers' roots in \(path)", detail: "\(error)")
    }
  }
}
