import Foundation
import Testing

/// A secret in the forms in which it could be found.
struct Marker {
  let name: String
  let forms: [[UInt8]]

  /// Clear, in hexadecimal of either case, and in base64 of either alphabet at each of the three
  /// places where it can begin in a longer text.
  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    var forms = [bytes]
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    forms += [Array(hex.utf8), Array(hex.uppercased().utf8)]
    for lead in 0..<3 {
      let padded = Data(repeating: 0, count: lead) + Data(bytes)
      // Characters that also depend on what is beside it are left out.
      let whole = padded.base64EncodedString().replacingOccurrences(of: "=", with: "")
      let certain = whole.dropFirst(lead == 0 ? 0 : lead + 1).dropLast(
        padded.count % 3 == 0 ? 0 : 1)
      let url = certain.replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_")
      forms += [Array(certain.utf8), Array(url.utf8)]
    }
    self.forms = forms
  }

  init(_ name: String, text: String) { self.init(name, Array(text.utf8)) }

  func isIn(_ data: Data) -> Bool {
    forms.contains { data.range(of: Data($0)) != nil }
  }
}

extension Marker {
  /// Every file of a folder by its path, but for those that are meant to have secrets in them.
  static func files(
    of folder: String, except isMeant: (String) -> Bool
  ) -> [String: Data] {
    var files: [String: Data] = [:]
    for path in FileManager.default.subpaths(atPath: folder) ?? []
    where !isMeant(path) && !path.hasSuffix(".key") && !path.hasSuffix(".keys") {
      files[path] = FileManager.default.contents(atPath: folder + "/" + path)
    }
    return files
  }

  /// The keys of a device's folder, as bytes.
  static func keys(ofDevice folder: String, _ files: [String]) throws -> [Marker] {
    try files.map { file in
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      let hex = Array(text.split { " \n".contains($0) }.last { $0.count == 64 } ?? "")
      try #require(hex.count == 64)
      return Marker(
        file,
        stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(hex[$0...$0 + 1]), radix: 16) })
    }
  }

  /// An issue for each place that has one of the secrets.
  static func expectNone(
    of values: [Marker], _ keys: [Marker], in seen: [String: Data],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (place, data) in seen {
      for marker in values where marker.isIn(data) {
        Issue.record("\(marker.name) is in \(place)", sourceLocation: sourceLocation)
      }
      // The cloud made the device's keys and keeps them.
      for marker in keys where !place.hasPrefix("cloud/") && marker.isIn(data) {
        Issue.record("\(marker.name) is in \(place)", sourceLocation: sourceLocation)
      }
    }
  }
}
