// PunctualObservabilityTests
