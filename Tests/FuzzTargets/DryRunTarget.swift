import DryRun
import Foundation

extension FuzzTarget {
  /// Lines of `postern dry-run`: each gets one line of JSON with its own id, whatever its content.
  static let dryRun = FuzzTarget(
    "dry-run", "lines of `postern dry-run`, of each kind", bytesMax: 1_024,
    seeds: {
      [
        [0] + Array(#"{"id":1,"bits":"01000001100000001010110011"}"#.utf8),
        [1]
          + Array(
            #"{"id":1,"timeZone":"UTC","accessHours":{"monday":[{"from":"09:00","to":"17:00"}],"exceptions":{"2026-12-24":[]}},"at":1795176000}"#
              .utf8),
        [2]
          + Array(
            #"{"id":1,"geofence":{"enabled":true,"center":{"lat":52.52,"lng":13.405},"radiusMeters":100,"accuracyBufferMeters":20,"requireAccuracyBetterThan":50},"lat":52.5201,"lng":13.4051,"accuracyMeters":12}"#
              .utf8),
        [3]
          + Array(
            #"{"id":1,"door":"front","person":"ada","at":1795176000,"presentation":"card","mode":"lockdown","cacheAgeSeconds":3,"override":{"by":"x","reason":"y"}}"#
              .utf8),
        [3]
          + Array(
            #"{"id":"a","door":"front","credential":"c1","at":1795176000,"presentation":"mobile","location":{"lat":1,"lng":2,"accuracyMeters":3},"clockTrust":"unknown"}"#
              .utf8),
      ]
    },
    make: {
      let configuration = String(decoding: try Examples.file("config.whole.json"), as: UTF8.self)
      let policy = """
        {"configuration":\(configuration),
         "persons":[{"id":"ada","accessEnabled":true,"grants":[{"facilityWide":true}]}],
         "credentials":[{"id":"c1","kind":"card","person":"ada"}]}
        """
      let lines = try DryRunLines(policy: Data(policy.utf8))
      return { bytes in
        var input = FuzzInput(bytes)
        let kind = input.pick(DryRunLines.Kind.allCases)
        let answer = lines.answer(Data(input.rest), as: kind)
        try demand(!answer.contains("\n"), "an answer of two lines")
        let json = try? JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        try demand(json?["id"] != nil, "an answer that is no JSON, or has no id: \(answer)")
      }
    })
}
