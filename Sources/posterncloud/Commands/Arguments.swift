import ArgumentParser
import DoorRules

/// A controller's id from an argument.
func parseController(_ text: String) throws -> ControllerID {
  guard let id = ControllerID(text) else {
    throw ValidationError("a controller's id is \(ControllerID.grammar)")
  }
  return id
}

/// Words between commas.
func split(_ text: String?) -> [String] {
  text?.split(separator: ",").map(String.init) ?? []
}
