import Foundation
import NIOCore

/// Why a server does not serve, in words.
package enum ServingFault {
  /// `place` is where it should serve.
  package static func words(_ error: any Error, at place: String) -> String {
    switch error {
    case let error as IOError: "\(place): \(String(cString: strerror(error.errnoCode)))"
    case let error as ServerFileProblem: error.description
    default: "\(place): \(error)"
    }
  }
}
