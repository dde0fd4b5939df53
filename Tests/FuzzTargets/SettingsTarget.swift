import CoreModels
import DoorRules
import Foundation
import Settings

extension FuzzTarget {
  /// A daemon's settings file. Whatever its content, it is accepted or refused with an error text.
  static let settings = FuzzTarget(
    "settings", "configuration files (YAML) of the daemon", bytesMax: 8_192,
    seeds: {
      let root = Repository.root
      let files = ["raspberry-pi-4", "industrial-pc", "simulated"].map {
        "deploy/profiles/\($0).yaml"
      }
      return try (files + ["deploy/debian/postern.yaml"]).map {
        [UInt8](try Data(contentsOf: root.appending(path: $0)))
      }
    },
    make: {
      let folder = try ScratchFolder()
      let path = "\(folder.path)/postern.yaml"
      return { bytes in
        try folder.write(bytes, to: "postern.yaml")
        do {
          let settings = try waiting { try await SettingsLoader.load(path: path, environment: [:]) }
          try demand(!settings.controller.rawValue.isEmpty, "settings of nobody")
          try demand(
            Set(settings.readers.map(\.door)).isSubset(of: Set(settings.doors.map(\.id))),
            "a reader at no door")
        } catch let failure as SettingsFailure {
          try demand(!failure.problems.isEmpty, "refused without a reason")
        }
      }
    })
}
