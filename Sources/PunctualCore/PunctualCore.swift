// PunctualCore
