// What libraries take from the environment when they start, and what results depend on.
#pragma once

namespace elubench::device {

// Sets it for this process, whatever the user has set. To be called first thing: libraries read it when they
// start, and no other thread may run.
void pin_library_settings();

}  // namespace elubench::device
