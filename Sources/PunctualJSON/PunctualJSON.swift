// PunctualJSON
