/// JSON that each reader reads alike: in UTF-8, without a member that an object has twice, and not
/// nested deeply. What came from outside is decoded from nothing else.
package struct SoundJSON {
  package let bytes: [UInt8]

  /// Throws ``ValidationFailure`` with each repeated member, by path.
  package init(_ json: [UInt8]) throws(ValidationFailure) {
    let faults = JSONFaults(in: json)
    let problems = (faults.unfit.map { [$0] } ?? []) + faults.repeated
    guard problems.isEmpty else { throw ValidationFailure(problems: problems) }
    bytes = json
  }
}

/// What ``JSONScan`` finds wrong with a text.
package struct JSONFaults {
  /// It is no JSON in UTF-8, or nested too deeply.
  package private(set) var unfit: Problem?
  /// Members that an object has twice; at most ``JSONScan/repeatedMax``.
  package private(set) var repeated: [Problem] = []

  package init(in json: [UInt8]) {
    var scan = JSONScan(json)
    while true {
      let token = scan.next()
      if let place = scan.faultPosition, unfit == nil {
        unfit = .unreadable(at: scan.place(of: place), path: scan.path)
      }
      switch token {
      case .member(isRepeated: true) where repeated.count < JSONScan.repeatedMax:
        repeated.append(.repeated(at: scan.path))
      case .object, .list, .close, .member, .scalar: break
      case .tooDeep: unfit = unfit ?? .tooDeep(at: scan.path)
      case .end: return
      case .unreadable:
        unfit = unfit ?? .unreadable(at: scan.place)
        return
      }
    }
  }
}

extension Problem {
  /// Of a member that an object has twice.
  static func repeated(at path: String) -> Problem {
    Problem(path: path, message: "is there twice").printable
  }

  static func tooDeep(at path: String) -> Problem {
    Problem(path: path, message: "is nested deeper than \(JSONScan.depthMax) levels").printable
  }

  static func unreadable(at place: String) -> Problem {
    Problem(
      path: "",
      message: "is no JSON in UTF-8 without a byte order mark: \(place) cannot be read")
  }

  /// Of a number, a word or a text.
  static func unreadable(at place: String, path: String) -> Problem {
    Problem(path: path, message: "is no value of JSON: \(place) cannot be read").printable
  }
}
