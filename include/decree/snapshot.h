// The whole state of a state machine as bytes: how it is handed out, and how it comes back.
#ifndef DECREE_SNAPSHOT_H_
#define DECREE_SNAPSHOT_H_

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace decree {

/// The state as it was when StateMachine::snapshot() was called, whatever is applied meanwhile: a
/// copy, a persistent structure, a database's own snapshot. Read once, from front to back, on
/// another thread than the engine's, where it is destroyed, too; possibly before its end.
class SnapshotView {
 public:
  virtual ~SnapshotView() = default;
  enum class Next { more, end, failed };
  /// Appends more of the state to `out`: any number of bytes, but keep it below a megabyte. With
  /// `end` it was the last of it; with `failed` there will be no snapshot this time. Must not
  /// throw.
  virtual Next next(std::string& out) = 0;
};

/// What a view handed out, possibly on another replica. Its bytes were verified before.
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;
  /// Fills `into` and returns how many bytes there were; fewer only at the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};

/// A view of a state that is small enough to be copied.
class CopiedState final : public SnapshotView {
 public:
  explicit CopiedState(std::string bytes) : bytes_(std::move(bytes)) {}
  Next next(std::string& out) override {
    out += bytes_;
    return Next::end;
  }

 private:
  std::string bytes_;
};

/// All that is left of it.
inline std::string read_all(SnapshotReader& reader) {
  std::string bytes;
  std::array<std::byte, 4096> piece;
  for (std::size_t got = piece.size(); got == piece.size();) {
    got = reader.read(piece);
    bytes.append(reinterpret_cast<const char*>(piece.data()), got);
  }
  return bytes;
}

}  // namespace decree

#endif  // DECREE_SNAPSHOT_H_
