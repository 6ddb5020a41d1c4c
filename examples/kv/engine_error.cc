#include "examples/kv/engine_error.h"

#include "decree/error.h"

namespace decree::kv {

std::string_view engine_error(boost::system::error_code error) {
  constexpr std::string_view kUnknown = "UNKNOWNOUTCOME the command may have been executed";
  if (error.category() != error_category()) {
    return kUnknown;
  }
  switch (static_cast<Errc>(error.value())) {
    case Errc::not_leader:
      return "NOTLEADER no leader is known: the command was not executed, try again";
    case Errc::busy:
      return "BUSY too much is in flight: the command was not executed, try again";
    case Errc::too_large:
      return "TOOLARGE the command is longer than the log takes: it was not executed";
    case Errc::no_space:
      return "NOSPACE the disk is full: the command was not executed";
    case Errc::closed:
      return "CLOSED the replica is closing: the command was not executed";
    case Errc::session_expired:
    case Errc::stale_sequence:
      return "SESSION the session has ended: the command was not executed";
    case Errc::invalid_settings:
      return "ERR the lease settings are out of range";
    case Errc::outcome_unknown:
      return kUnknown;
    case Errc::storage_failed:
      return "STORAGEFAILED this replica's log failed: the command may have been executed";
  }
  return kUnknown;
}

}  // namespace decree::kv
