/// @file
/// What may stand between a caller and a decision: plain callables, called in declared order.
///
///     app.use([](call const& what, next_call const& next) {
///         if (what.options.user.empty()) return result<outcome>{fail(errc::denied, "log in")};
///         return next();
///     });
#pragma once

#include <diptych/execute.hpp>

#include <functional>
#include <string_view>

namespace diptych {

/// A command on its way to its decision. The views are valid during the call.
struct call {
    std::string_view command;  ///< "shop.allocate".
    std::string_view body;     ///< The command as JSON; it has been read without fault.
    execute_options options;
};

/// The rest of the way. Call it once, at most; not calling it means answering oneself, and such an
/// answer is not recorded under the command's id.
class next_call {
public:
    using function = std::function<result<outcome>(execute_options const&)>;

    next_call(function const& rest, execute_options const& options)
        : rest_(&rest), options_(&options) {}

    result<outcome> operator()() const { return (*rest_)(*options_); }
    /// Goes on with other options, for example with the user filled in.
    result<outcome> operator()(execute_options const& options) const { return (*rest_)(options); }

private:
    function const* rest_;
    execute_options const* options_;
};

/// One of the chain. Must be thread-safe. What it throws becomes failed.
using middleware = std::function<result<outcome>(call const&, next_call const&)>;

/// Advice before the decision; may query views, which may lag: never a rule. An error of kind
/// refused becomes a refusal (its code the reason, its message the detail); others are the caller's
/// answer. Must be thread-safe.
using validation = std::function<result<void>(call const&)>;

}  // namespace diptych
