// PunctualTestKit
