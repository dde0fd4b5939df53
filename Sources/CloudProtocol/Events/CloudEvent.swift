import Crypto
import DoorRules
import Foundation

/// An event in the CloudEvents 1.0 JSON format, with the number of the door's log as an
/// extension attribute. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
public struct CloudEvent: Sendable, Hashable, Codable {
  public var specversion: String
  public var id: String
  /// `/controllers/ID`.
  public var source: String
  public var type: String
  /// RFC 3339, UTC.
  public var time: String
  /// The door, when there is one.
  public var subject: String?
  public var datacontenttype: String
  /// Number in the door's log; CloudEvents sequence extension.
  public var sequence: String
  /// True when the event was in the log before the connection began that published it. It is
  /// history and must not start an action that only makes sense at once. Absent is false.
  public var historical: Bool?
  /// The link of ``EventChain``; absent in logs from before links existed.
  public var chain: String?
  public var data: EventDraft
  /// An event that no message could carry comes without `data.detail`: SHA-256 over the whole JSON of
  /// its `data`, in base64url, and the bytes of that. Absent otherwise.
  public var withheldDigest: String?
  public var withheldBytes: Int?

  public init(
    controller: String, number: UInt64, draft: EventDraft, chain: [UInt8]? = nil,
    historical: Bool? = nil
  ) {
    self.historical = historical
    self.chain = chain.map { Data($0).base64URL }
    specversion = "1.0"
    id = draft.id
    source = Self.source(of: controller)
    type = draft.type
    time = Self.timestamp(milliseconds: draft.timeMilliseconds)
    subject = draft.door.map { "doors/\($0)" }
    datacontenttype = "application/json"
    sequence = String(number)
    data = draft
  }

  /// The number in the door's log; nil when ``sequence`` is not one in plain decimal.
  public var number: UInt64? {
    guard let number = UInt64(sequence), String(number) == sequence else { return nil }
    return number
  }

  /// The same without its details, for a broker that takes no more; nil if it has none.
  var withoutDetails: CloudEvent? {
    guard !data.detail.isEmpty, withheldBytes == nil, let whole = try? JSONCoding.encode(data)
    else {
      return nil
    }
    var short = self
    short.data.detail = [:]
    short.withheldBytes = whole.count
    short.withheldDigest = Data(SHA256.hash(data: Data(whole))).base64URL
    return short
  }

  /// CloudEvents `source` of a controller's events.
  public static func source(of controller: String) -> String { "/controllers/\(controller)" }

  /// RFC 3339 in UTC with milliseconds, for the years 1970 to 9999; other times are shown as the
  /// nearest of these. In whole numbers, since a formatter's floating point loses milliseconds.
  public static func timestamp(milliseconds: Int64) -> String {
    let time = Int(min(max(milliseconds, 0), EnvelopeLimits.timeSecondsMax * 1000 + 999))
    let (day, rest) = time.quotientAndRemainder(dividingBy: 86_400_000)
    let date = CivilDate(dayNumber: day)
    let fields = [
      (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"), (rest / 3_600_000, 2, ":"),
      (rest / 60_000 % 60, 2, ":"), (rest / 1_000 % 60, 2, "."), (rest % 1_000, 3, "Z"),
    ]
    return fields.map { number, width, end in
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits + end
    }.joined()
  }
}
