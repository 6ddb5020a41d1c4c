// The engine's errors as replies.
#ifndef DECREE_EXAMPLES_KV_ENGINE_ERROR_H_
#define DECREE_EXAMPLES_KV_ENGINE_ERROR_H_

#include <boost/system/error_code.hpp>
#include <string_view>

namespace decree::kv {

/// The first word tells a client what to do: after UNKNOWNOUTCOME and STORAGEFAILED the command may
/// have been executed, after all others it was not and will not be.
std::string_view engine_error(boost::system::error_code error);

}  // namespace decree::kv

#endif  // DECREE_EXAMPLES_KV_ENGINE_ERROR_H_
