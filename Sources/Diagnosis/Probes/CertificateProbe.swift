public import DoorRules
import NIOSSL

/// Reads the dates of a certificate file.
public enum CertificateProbe {
  static let secondsPerDay: Int64 = 86_400

  /// The first certificate of a PEM file. `setting` is its key in the settings.
  public static func facts(
    setting: String, path: String, at now: WallInstant
  ) -> CertificateFacts {
    func fault(_ text: String) -> CertificateFacts {
      CertificateFacts(
        setting: setting, path: path, fault: text, daysLeft: nil, daysUntilStart: nil)
    }
    do {
      guard let first = try NIOSSLCertificate.fromPEMFile(path).first else {
        return fault("the file has no certificate")
      }
      let left = Int64(first.notValidAfter) - now.secondsSince1970
      let start = Int64(first.notValidBefore) - now.secondsSince1970
      // Rounded down: a certificate that expired an hour ago has -1 day left.
      let days =
        left < 0 ? Int((left - Self.secondsPerDay + 1) / secondsPerDay) : Int(left / secondsPerDay)
      return CertificateFacts(
        setting: setting, path: path, fault: nil, daysLeft: days,
        daysOfLife: Int(
          max(Int64(first.notValidAfter) - Int64(first.notValidBefore), 0) / secondsPerDay),
        daysUntilStart: start > 0 ? Int(start / secondsPerDay) + 1 : nil)
    } catch {
      return fault("\(error)")
    }
  }
}
