// PunctualEngine
