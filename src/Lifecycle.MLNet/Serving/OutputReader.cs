using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>Takes one output column, row by row, into its tensor. Belongs to one scorer.</summary>
internal abstract class OutputReader(string name, TensorElementType type)
{
    private TensorShape _shape = [0, 0];
    private TensorValue? _room;
    private int _width;

    /// <summary>Makes room for all rows and takes the first one, which says how many values a row has.</summary>
    public void Begin(TensorSet outputs, int rows)
    {
        _width = Fetch();
        if (_shape[0] != rows || _shape[1] != _width)
        {
            _shape = [rows, _width];
        }

        _room = outputs.Prepare(name, type, _shape);
        Store(_room, 0);
    }

    /// <summary>Goes on where another reader of the same column began.</summary>
    public void Join(TensorSet outputs)
    {
        _room = outputs[name];
        _width = (int)_room.Shape[1];
    }

    /// <summary>Takes a further row.</summary>
    /// <exception cref="InvalidInputException">It has another number of values than the first one.</exception>
    public void Read(int row)
    {
        int width = Fetch();
        if (width != _width)
        {
            throw new InvalidInputException(
                $"The output '{name}' has {_width} values for the first row and {width} for row {row}; rows of different length need runs of their own.");
        }

        Store(_room!, row * width);
    }

    /// <summary>Lets go of the tensor.</summary>
    public void End() => _room = null;

    /// <summary>Gets the value of the current row.</summary>
    /// <returns>How many values it is.</returns>
    protected abstract int Fetch();

    /// <summary>Writes what was got.</summary>
    protected abstract void Store(TensorValue room, int at);
}
