import ArgumentParser
import CloudProtocol
import DoorRules
import WiegandCodec

/// A card or a PIN as an argument, in the form that is digested.
enum CredentialValue {
  /// `formats` are those that the number may be in. The text of any issue of the card where `anyIssue`.
  static func canonical(
    card: String, issue: Int64? = nil, anyIssue: Bool = false, formats: FormatTable
  ) throws -> Secret<String> {
    let parts = card.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if parts.first == "pkoc" { return try publicKey(parts) }
    if parts.count == 3, let damage = parts.dropFirst().compactMap(spreadsheetDamage).first {
      throw ValidationError("--card: \(damage)")
    }
    guard parts.count == 3, let number = UInt64(digits: parts[2]) else {
      throw ValidationError(
        "--card is FORMAT:FACILITY:NUMBER, such as H10301:12:345, or pkoc:DIGEST")
    }
    let facility = parts[1] == "-" ? nil : UInt64(digits: parts[1])
    if parts[1] != "-", facility == nil { throw ValidationError("the facility is a number or -") }
    // Encoding refuses numbers that no reader can send.
    do {
      let issue = issue.map { UInt64(clamping: $0) }
      _ = try formats.encode(format: parts[0], facility: facility, card: number, issue: issue)
    } catch EncodeError.unknownFormat(let name) {
      throw ValidationError(
        "--card: format \(name) is not known; if it is the door's own, add --config with its settings"
      )
    } catch EncodeError.issueMissing(let name) {
      throw ValidationError("--card: format \(name) needs an issue number; add --issue")
    } catch {
      throw ValidationError("--card: \(error)")
    }
    let card = CardCandidate(
      format: parts[0], facility: facility, card: number,
      issue: issue.map { UInt64(clamping: $0) })
    return anyIssue ? card.canonicalOfAnyIssue : card.canonical
  }

  /// A card with a public key, by the SHA-256 digest of that.
  private static func publicKey(_ parts: [String]) throws -> Secret<String> {
    guard parts.count == 2, parts[1].utf8.count == 64,
      parts[1].utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
    else { throw ValidationError("--card: pkoc: needs a SHA-256 digest, 64 hexadecimal digits") }
    return Secret("pkoc:" + parts[1].lowercased())
  }

  /// What a spreadsheet did to a number, as far as it can be seen: `1.23457E+11`, `12,345`, `345.0`.
  /// It has rounded the digits or may have, so that nobody can tell what they were.
  private static func spreadsheetDamage(_ text: String) -> String? {
    let isNumber = text.first?.isNumber == true && text.last?.isNumber == true
    guard isNumber, text.contains(where: { "eE.,".contains($0) }),
      text.allSatisfy({ "0123456789eE.,+-".contains($0) })
    else { return nil }
    return
      "\(text) is a number as a spreadsheet shows it; format the column as text and export again"
  }

  static func canonical(pin: String) throws -> Secret<String> {
    if let damage = spreadsheetDamage(pin) { throw ValidationError("--pin: \(damage)") }
    guard (4...10).contains(pin.count), pin.allSatisfy({ "0123456789".contains($0) }) else {
      throw ValidationError("--pin is 4 to 10 digits; were zeros in front lost in a spreadsheet?")
    }
    return Secret("pin:" + pin)
  }
}
