import CloudProtocol
public import DoorPorts
import Foundation
import Glibc

/// What the system's libraries say of an error, as a sentence for people. Their own texts name types and
/// domains, and nobody who reads them knows what to do.
public enum PlainWords {
  /// Nil for an error of our own, which says itself what is wrong.
  public static func sentence(_ error: any Error) -> String? {
    switch error {
    case let error as PortError: error.description
    case let error as CocoaError: sentence(error)
    case let error as POSIXError: String(cString: strerror(error.code.rawValue))
    case is DecodingError, is EncodingError:
      ValidationFailure(path: "", message: "is not in the form that is expected").description
    default: nil
    }
  }

  private static func sentence(_ error: CocoaError) -> String {
    let url = error.userInfo[NSURLErrorKey] as? URL
    let place = error.filePath ?? error.url?.path ?? url?.path ?? "a file"
    return "\(place): \(cause(error))"
  }

  private static func cause(_ error: CocoaError) -> String {
    if let underlying = error.underlying as? POSIXError {
      return String(cString: strerror(underlying.code.rawValue))
    }
    switch error.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: return "there is no such file or folder"
    case .fileWriteFileExists: return "a file of this name is there already"
    case .fileReadNoPermission, .fileWriteNoPermission: return "this user may not"
    case .fileWriteOutOfSpace: return "the disk is full"
    default: return "it cannot be read or written"
    }
  }
}
