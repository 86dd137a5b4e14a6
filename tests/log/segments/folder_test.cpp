#include "frames.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <unistd.h>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

TEST_CASE("a folder that may not be written to is denied") {
    if (::geteuid() == 0) {
        // Root may write anywhere but where the kernel itself says no.
        log_opener opener{storage::system_disk(), "/proc/diptych"};
        auto const refused = opener.writer();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.contains("/proc/diptych"));
        return;
    }
    temporary_folder const folder;
    std::filesystem::create_directories(folder.path());
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
    log_opener opener{storage::system_disk(), folder.path()};
    CHECK(opener.writer().error().kind == errc::denied);
}
