import CloudProtocol
import DoorPorts
import Foundation
import HostLinux

/// A JSON file that an operator wrote.
enum WrittenJSON {
  static func read(_ path: String) throws(CloudProblem) -> Data {
    do throws(PortError) {
      return Data(try TextFile.read(path, lines: .doNotMatter).utf8)
    } catch {
      throw CloudProblem("\(error)")
    }
  }
}
