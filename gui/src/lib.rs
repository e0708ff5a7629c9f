//! The window of Liên Quầy. A placeholder: the desk is not here yet, the node is used through `lienquay-node`.
