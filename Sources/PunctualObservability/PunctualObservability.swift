// PunctualObservability
