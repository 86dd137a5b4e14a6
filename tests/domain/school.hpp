/// @file
/// Students subscribe to courses: a rule about a course, one about a student, and one about both.
#pragma once

#include <diptych/diptych.hpp>

#include <optional>
#include <tuple>

namespace school {

using student_id = diptych::id<"student">;
using course_id = diptych::id<"course">;

struct course_defined {
    course_id course;
    int capacity;
};
struct student_subscribed {
    using home = course_id;
    student_id student;
    course_id course;
};

enum class refusal { no_course, full, busy };

struct course {
    using of = course_id;
    int capacity = 0;
    int taken = 0;
    void evolve(course_defined const& e) { capacity = e.capacity; }
    void evolve(student_subscribed const&) { ++taken; }
};
struct timetable {
    using of = student_id;
    int courses = 0;
    void evolve(student_subscribed const&) { ++courses; }
};
struct seat {
    using of = std::tuple<student_id, course_id>;
    bool taken = false;
    void evolve(student_subscribed const&) { taken = true; }
};

struct define_course {
    course_id course;
    int capacity;
    diptych::decision<course_defined> decide(school::course const& known) const {
        if (known.capacity > 0) return diptych::no_events;
        return course_defined{.course = course, .capacity = capacity};
    }
};
struct subscribe {
    student_id student;
    std::optional<course_id> course;  // none: just asking
    diptych::decision<student_subscribed> decide(
        seat const& mine, school::course const& wanted, timetable const& week
    ) const {
        if (!course || mine.taken) return diptych::no_events;
        if (wanted.capacity == 0) return diptych::refuse(refusal::no_course);
        if (wanted.taken == wanted.capacity) return diptych::refuse(refusal::full);
        if (week.courses == 2) return diptych::refuse(refusal::busy);
        return student_subscribed{.student = student, .course = *course};
    }
};

using context = diptych::context<diptych::commands<define_course, subscribe>>;

}  // namespace school
