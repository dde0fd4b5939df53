import Foundation
import Testing

@testable import DoorSimulation

@Suite("what the simulator's search for secrets sees (C6, D13)")
struct SimulationSecretTests {
  private let pin = "90817263"
  private let card = "31415926535"
  private let key: [UInt8] = (0..<32).map { $0 &* 37 &+ 200 }

  private var search: SecretSearch {
    SecretSearch(numbers: [pin: "PIN", card: "card"], keys: ["key": key])
  }

  @Test("a number in clear, hexadecimal and base64, a key also as it is, at any place")
  func forms() {
    for (name, bytes) in [("PIN", Array(pin.utf8)), ("card", Array(card.utf8)), ("key", key)] {
      let hex = bytes.map { String(format: "%02x", $0) }.joined()
      for lead in 0..<7 {
        let before = String(repeating: "x", count: lead)
        #expect(search.find(Array(before.utf8) + bytes + Array("y".utf8)) == name)
        #expect(search.find("\(before)\(hex)7") == name)
        #expect(search.find("\(before)\(hex.uppercased())") == name)
        let encoded = Data(Array(before.utf8) + bytes + Array("zz".utf8)).base64EncodedString()
        #expect(search.find("{\"a\":\"\(encoded)\"}") == name, "\(name) after \(lead)")
        let url = encoded.replacingOccurrences(of: "+", with: "-")
          .replacingOccurrences(of: "/", with: "_")
        #expect(search.find("\(url).x") == name, "\(name) after \(lead)")
      }
    }
  }

  @Test("nothing is found where nothing is; a number inside a longer one is chance")
  func nothing() {
    for text in ["", "9081726", "190817263", "\(pin)00001111", "90817264 and 31415926536"] {
      #expect(search.find(text) == nil, "\(text)")
    }
    #expect(search.find([]) == nil)
    #expect(search.find(Array(key.dropFirst())) == nil)
  }
}
