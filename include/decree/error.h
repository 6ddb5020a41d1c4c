// The errors of the public API. They keep apart what did not happen from what may have happened.
#ifndef DECREE_ERROR_H_
#define DECREE_ERROR_H_

#include <boost/system/error_code.hpp>
#include <stdexcept>
#include <type_traits>

namespace decree {

enum class Errc {
  // The command was not and will not be applied on account of this call.
  not_leader = 1,        // no leader is known or it moved; Replica::status() has a hint
  busy = 2,              // a bound on what may be in flight is reached: try again later
  too_large = 3,         // the command exceeds Options::max_command_bytes
  no_space = 4,          // the disk is full
  closed = 5,            // the replica was closed before the call
  session_expired = 6,   // the session is unknown or was evicted: open a new one
  stale_sequence = 7,    // the session has gone past this request, its reply is forgotten
  invalid_settings = 8,  // out of range, or a smaller rho, see LeaseSettings
  // The command may have been applied, or may be in the future.
  outcome_unknown = 20,
  storage_failed = 21,  // this replica's log failed and it votes no more
};

/// True for the errors after which the command may have been applied.
constexpr bool may_have_happened(Errc errc) { return static_cast<int>(errc) >= 20; }

const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), error_category()};
}

/// Thrown by Replica::open; what() is a sentence that names what is wrong and what to do.
class OpenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace decree

template <>
struct boost::system::is_error_code_enum<decree::Errc> : std::true_type {};

#endif  // DECREE_ERROR_H_
