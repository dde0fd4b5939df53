import DoorPorts

/// What a look-up reads; handed in with each one.
struct HolderStores {
  var policy: any PolicyStore
  var state: any StateStore
  /// Keys that were handed over on site; nil where the controller takes none.
  var issued: (any IssuedStore)?
}
