import ArgumentParser
import CloudProtocol
import DoorRules
import WiegandCodec

/// A card or a PIN as an argument, in the form that is digested.
enum CredentialValue {
  static func canonical(card: String) throws -> Secret<String> {
    let parts = card.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let number = UInt64(parts[2]) else {
      throw ValidationError("--card is FORMAT:FACILITY:NUMBER, such as H10301:12:345")
    }
    let facility = parts[1] == "-" ? nil : UInt64(parts[1])
    if parts[1] != "-", facility == nil { throw ValidationError("the facility is a number or -") }
    // Encoding refuses numbers that no reader can send.
    do {
      _ = try FormatTable.standard.encode(format: parts[0], facility: facility, card: number)
    } catch {
      throw ValidationError("--card: \(error)")
    }
    return CardCandidate(format: parts[0], facility: facility, card: number).canonical
  }

  static func canonical(pin: String) throws -> Secret<String> {
    guard (4...10).contains(pin.count), pin.allSatisfy({ "0123456789".contains($0) }) else {
      throw ValidationError("--pin is 4 to 10 digits")
    }
    return Secret("pin:" + pin)
  }
}
