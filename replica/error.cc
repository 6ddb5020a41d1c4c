#include "decree/error.h"

#include <string>

namespace decree {

namespace {

class Category final : public boost::system::error_category {
 public:
  virtual ~Category() = default;
  [[nodiscard]] const char* name() const noexcept override { return "decree"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::not_leader:
        return "no leader took the command";
      case Errc::busy:
        return "too much is in flight, try again later";
      case Errc::too_large:
        return "the command is larger than max_command_bytes";
      case Errc::no_space:
        return "the disk of the leader is full";
      case Errc::closed:
        return "the replica is closed";
      case Errc::session_expired:
        return "the session is not known, open a new one";
      case Errc::stale_sequence:
        return "the session has gone past this request";
      case Errc::invalid_settings:
        return "the lease settings are out of range, or clock_rate_error_ppm is smaller than "
               "before";
      case Errc::outcome_unknown:
        return "the command may or may not have been applied";
      case Errc::storage_failed:
        return "the log of this replica failed, the command may or may not have been applied";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace decree
