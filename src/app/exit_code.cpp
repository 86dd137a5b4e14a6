#include <diptych/application.hpp>

#include <cerrno>
#include <iostream>

namespace diptych {

int exit_code(result<void> const& done) {
    if (done) return 0;
    std::cerr << program_invocation_short_name << ": " << done.error().message << '\n';
    return 1;
}

}  // namespace diptych
